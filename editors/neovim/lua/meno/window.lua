-- The floating window that hints are read in. It is drawn with the Markdown syntax of old, so that it needs no
-- tree-sitter parser, and with the parser where there is one.

local M = {}

local WIDEST, SHARE = 80, 0.8
local shown ---@type integer? the window

local function close()
  if shown and vim.api.nvim_win_is_valid(shown) then
    vim.api.nvim_win_close(shown, true)
  end
  shown = nil
end

---A scratch buffer with Markdown, coloured with whatever is there.
---@param lines string[]
---@return integer
function M.buffer(lines)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].bufhidden = "wipe"
  M.colour(buffer)
  return buffer
end

---Colours a buffer as Markdown. Its file type stays empty: that would start parsers that may not be there.
---@param buffer integer
function M.colour(buffer)
  vim.bo[buffer].syntax = "markdown"
  pcall(vim.treesitter.start, buffer, "markdown")
end

local function rows(lines, width)
  local count = 0
  for _, line in ipairs(lines) do
    count = count + math.max(1, math.ceil(vim.fn.strdisplaywidth(line) / width))
  end
  return count
end

local function place(lines, title, footer)
  local width = vim.fn.strdisplaywidth(title) + 4
  for _, line in ipairs(lines) do
    width = math.max(width, vim.fn.strdisplaywidth(line))
  end
  width = math.max(20, math.min(width, WIDEST, math.floor(vim.o.columns * SHARE)))
  local height = math.max(1, math.min(rows(lines, width), math.floor(vim.o.lines * SHARE)))
  return {
    relative = "cursor",
    row = 1,
    col = 0,
    width = width,
    height = height,
    border = "rounded",
    style = "minimal",
    title = " " .. title .. " ",
    footer = footer,
    footer_pos = "right",
  }
end

local function keys(buffer, next_hint)
  for _, key in ipairs({ "q", "<Esc>" }) do
    vim.keymap.set("n", key, close, { buffer = buffer, nowait = true, desc = "Close the hint" })
  end
  if next_hint then
    vim.keymap.set("n", "n", next_hint, { buffer = buffer, nowait = true, desc = "The next hint" })
  end
end

-- What `n` does: the next hint of the line that the person was on; nothing where no program was in sight.
local function next_of(source, line)
  if #vim.lsp.get_clients({ name = "meno", bufnr = source }) == 0 then
    return nil
  end
  return function()
    require("meno.commands").next_hint(source, line)
  end
end

---Shows a text of the server.
---@param title string
---@param markdown string
---@param final? boolean whether there can be no next hint, as with a list of settings
function M.show(title, markdown, final)
  local source = vim.api.nvim_get_current_buf()
  local line = vim.api.nvim_win_get_cursor(0)[1] - 1
  local reads_one = shown and vim.api.nvim_get_current_win() == shown
  if reads_one then
    source, line = vim.w[shown].meno_source, vim.w[shown].meno_line
  end
  close()
  local text = markdown:gsub("^# [^\n]*\n+", ""):gsub("%s+$", "")
  local lines = vim.split(text, "\n", { plain = true })
  local next_hint = not final and next_of(source, line) or nil
  local buffer = M.buffer(lines)
  vim.bo[buffer].modifiable = false
  -- Whoever is typing goes on typing; the window waits for Ctrl-W w.
  local enters = not vim.api.nvim_get_mode().mode:find("^[iR]")
  local footer = next_hint and " n next hint · q close " or " q close "
  shown = vim.api.nvim_open_win(buffer, enters, place(lines, title, footer))
  vim.wo[shown].wrap, vim.wo[shown].linebreak = true, true
  vim.wo[shown].conceallevel, vim.wo[shown].concealcursor = 2, "n"
  vim.w[shown].meno_source, vim.w[shown].meno_line = source, line
  keys(buffer, next_hint)
end

return M
