-- Meno for Neovim 0.11 or newer. Copy this file to ~/.config/nvim/lsp/meno.lua and add to init.lua:
--
--   vim.lsp.enable("meno")
--
-- If `meno` is not on PATH, name it in full in `cmd`. Settings go into `settings` below, for example
-- meno = { maxHintLevel = 3 }.
---@type vim.lsp.Config
return {
  cmd = { "meno", "lsp" },
  filetypes = { "python" },
  root_markers = { { "meno.toml", "pyproject.toml" }, ".git" },
  settings = { meno = vim.empty_dict() },
}
