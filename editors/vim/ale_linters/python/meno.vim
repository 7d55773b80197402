" Tells ALE of Meno; ALE finds this file on the runtime path. Name it: let g:ale_linters = {'python': ['meno']}
"
" If `meno` is not on PATH: let g:meno_command = ['/path/to/meno', 'lsp']
" Settings, by their names below `meno.`: let g:meno_settings = {'maxHintLevel': 3}

function! s:command() abort
  return get(g:, 'meno_command', ['meno', 'lsp'])
endfunction

function! s:settings(buffer) abort
  return get(g:, 'meno_settings', {})
endfunction

" ALE puts the program in the place of %e; the rest of the line is taken apart by a shell.
function! s:line(buffer) abort
  return '%e' . join(map(copy(s:command()[1:]), {_, each -> ' ' . ale#Escape(each)}), '')
endfunction

function! s:root(buffer) abort
  for l:mark in ['meno.toml', 'pyproject.toml']
    let l:found = ale#path#FindNearestFile(a:buffer, l:mark)
    if !empty(l:found)
      return fnamemodify(l:found, ':p:h')
    endif
  endfor
  return expand('#' . a:buffer . ':p:h')
endfunction

call ale#linter#Define('python', {
      \ 'name': 'meno',
      \ 'lsp': 'stdio',
      \ 'executable': {buffer -> s:command()[0]},
      \ 'command': function('s:line'),
      \ 'project_root': function('s:root'),
      \ 'initialization_options': function('s:settings'),
      \ 'lsp_config': {buffer -> {'meno': s:settings(buffer)}},
      \ })
