-- Meno for Neovim 0.11 or newer. With the plugin folder installed, or this file alone copied to
-- ~/.config/nvim/lsp/meno.lua, add to init.lua:
--
--   vim.lsp.enable("meno")
--
-- If `meno` is not on PATH, name it in full: vim.lsp.config("meno", { cmd = { "/path/to/meno", "lsp" } }).
-- Settings go the same way: vim.lsp.config("meno", { settings = { meno = { maxHintLevel = 3 } } }).

---@type vim.lsp.Config
local config = {
  cmd = { "meno", "lsp" },
  filetypes = { "python" },
  root_markers = { { "meno.toml", "pyproject.toml" }, ".git" },
  settings = { meno = vim.empty_dict() },
}

-- Without the rest of the plugin the server shows hints and questions as documents, which needs nothing here.
local there, meno = pcall(require, "meno")
return there and vim.tbl_extend("force", config, meno.client()) or config
