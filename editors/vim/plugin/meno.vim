" Tells ALE and vim-lsp of Meno, whichever is there, and adds commands for vim-lsp.
"
" Put the folder editors/vim on the runtime path (a plugin manager does), or copy this file to ~/.vim/plugin.
" If `meno` is not on PATH: let g:meno_command = ['/path/to/meno', 'lsp']
" Settings, by their names below `meno.`: let g:meno_settings = {'maxHintLevel': 3}

if exists('g:loaded_meno') || &compatible
  finish
endif
let g:loaded_meno = 1

let g:meno_command = get(g:, 'meno_command', ['meno', 'lsp'])
let g:meno_settings = get(g:, 'meno_settings', {})

" ALE. It asks for a program and the rest of the command line, which a shell takes apart again.
function! s:ale_rest(buffer) abort
  return '%e' . join(map(g:meno_command[1:], {_, each -> ' ' . ale#Escape(each)}), '')
endfunction

function! s:ale_root(buffer) abort
  for l:mark in ['meno.toml', 'pyproject.toml']
    let l:found = ale#path#FindNearestFile(a:buffer, l:mark)
    if !empty(l:found)
      return fnamemodify(l:found, ':p:h')
    endif
  endfor
  return expand('#' . a:buffer . ':p:h')
endfunction

function! s:tell_ale() abort
  if !exists('g:loaded_ale')
    return
  endif
  call ale#linter#Define('python', {
        \ 'name': 'meno',
        \ 'lsp': 'stdio',
        \ 'executable': {buffer -> g:meno_command[0]},
        \ 'command': function('s:ale_rest'),
        \ 'project_root': function('s:ale_root'),
        \ 'initialization_options': {buffer -> g:meno_settings},
        \ 'lsp_config': {buffer -> {'meno': g:meno_settings}},
        \ })
endfunction

" vim-lsp.
function! s:tell_vim_lsp() abort
  call lsp#register_server({
        \ 'name': 'meno',
        \ 'cmd': {server_info -> g:meno_command},
        \ 'allowlist': ['python'],
        \ 'initialization_options': g:meno_settings,
        \ 'workspace_config': {'meno': g:meno_settings},
        \ })
endfunction

function! s:execute(command) abort
  call lsp#callbag#pipe(
        \ lsp#request('meno', {
        \   'method': 'workspace/executeCommand',
        \   'params': {'command': a:command, 'arguments': [lsp#get_text_document_identifier().uri]},
        \ }),
        \ lsp#callbag#subscribe({'error': {problem -> execute('echomsg ' . string(string(problem)), '')}}))
endfunction

function! s:add_commands() abort
  if index(lsp#get_allowed_servers(), 'meno') < 0
    return
  endif
  command! -buffer MenoRunTests call s:execute('meno.runTests')
  command! -buffer MenoExplainFailure call s:execute('meno.explainFailure')
  command! -buffer MenoSmallestChange call s:execute('meno.smallestChange')
  command! -buffer MenoStopRun call s:execute('meno.stopRun')
  command! -buffer MenoForgetRun call s:execute('meno.forgetRun')
  command! -buffer MenoWhereToLook call s:execute('meno.whereToLook')
  command! -buffer MenoWhereFrom call s:execute('meno.whereFrom')
endfunction

augroup meno
  autocmd!
  autocmd VimEnter * call s:tell_ale()
  autocmd User lsp_setup call s:tell_vim_lsp()
  autocmd User lsp_buffer_enabled call s:add_commands()
augroup END
