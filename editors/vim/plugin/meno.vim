" Tells vim-lsp of Meno, and adds commands for it. For ALE there is ale_linters/python/meno.vim beside this.
"
" Put the folder editors/vim on the runtime path; a plugin manager does.
" If `meno` is not on PATH: let g:meno_command = ['/path/to/meno', 'lsp']
" Settings, by their names below `meno.`: let g:meno_settings = {'maxHintLevel': 3}

if exists('g:loaded_meno') || &compatible
  finish
endif
let g:loaded_meno = 1

let g:meno_command = get(g:, 'meno_command', ['meno', 'lsp'])
let g:meno_settings = get(g:, 'meno_settings', {})

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
  autocmd User lsp_setup call s:tell_vim_lsp()
  autocmd User lsp_buffer_enabled call s:add_commands()
augroup END
