-- A conversation about a finding, in one buffer that grows: what was said stands above a line, the answer is
-- written below it and sent with :write. Choices that need no words are behind Enter in normal mode.

local actions = require("meno.actions")
local window = require("meno.window")

local M = {}

local ROOM = "Write your answer below this line, then :w sends it. Enter offers other ways on, q closes."
local THINKING = "Meno is thinking …"
local CHOICES = {
  { title = "Another question", words = "" },
  { title = "Just tell me", words = "Just tell me" },
  { title = "Enough for now" },
}
local HEIGHT = 16
local open = {} ---@type table<string, integer> the buffer of each conversation

local function execute(state, command, arguments)
  local client = vim.lsp.get_client_by_id(state.client)
  if client then
    client:exec_cmd({ title = "", command = command, arguments = arguments }, {}, actions.answered)
  else
    actions.tell("The server that asked has ended. Ask anew where the finding stands.")
  end
end

local function room_of(buffer)
  local lines = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  for number = #lines, 1, -1 do
    if lines[number] == ROOM then
      return number, lines
    end
  end
end

local function send(buffer, state)
  local number, lines = room_of(buffer)
  local words = number and vim.trim(table.concat(lines, "\n", number + 1)) or ""
  if words == "" then
    actions.tell("There is no answer below the line yet.")
    return
  end
  vim.bo[buffer].modified = false
  execute(state, "meno.answer", { state.id, words })
end

local function offer(state)
  vim.ui.select(CHOICES, {
    prompt = "How shall it go on?",
    kind = "meno",
    format_item = function(choice)
      return choice.title
    end,
  }, function(choice)
    if choice and choice.words then
      execute(state, "meno.answer", { state.id, choice.words })
    elseif choice then
      execute(state, "meno.endDialogue", { state.id })
      if open[state.id] then
        vim.api.nvim_buf_delete(open[state.id], { force = true })
      end
    end
  end)
end

local function close(buffer)
  local shown = vim.fn.bufwinid(buffer)
  if shown ~= -1 and #vim.api.nvim_tabpage_list_wins(0) > 1 then
    vim.api.nvim_win_close(shown, true)
  end
end

local function create(dialogue, client)
  local buffer = vim.api.nvim_create_buf(false, false)
  local state = { id = dialogue.id, client = client }
  vim.api.nvim_buf_set_name(buffer, ("meno://%s/%s"):format(dialogue.id, dialogue.title))
  vim.bo[buffer].buftype, vim.bo[buffer].swapfile = "acwrite", false
  window.colour(buffer)
  vim.api.nvim_create_autocmd("BufWriteCmd", {
    buffer = buffer,
    desc = "Send the answer to Meno",
    callback = function()
      send(buffer, state)
    end,
  })
  vim.api.nvim_create_autocmd("BufWipeout", {
    buffer = buffer,
    callback = function()
      open[dialogue.id] = nil
    end,
  })
  vim.keymap.set("n", "<CR>", function()
    offer(state)
  end, { buffer = buffer, desc = "Other ways on" })
  vim.keymap.set("n", "q", function()
    close(buffer)
  end, { buffer = buffer, nowait = true, desc = "Close the conversation" })
  open[dialogue.id] = buffer
  return buffer
end

local function text_of(dialogue)
  local lines = { "# " .. dialogue.title }
  for _, turn in ipairs(dialogue.turns) do
    local mark = turn.by == "learner" and "> " or ""
    table.insert(lines, "")
    for _, line in ipairs(vim.split(turn.markdown, "\n", { plain = true })) do
      table.insert(lines, mark .. line)
    end
    if turn.notice and turn.notice ~= vim.NIL then
      vim.list_extend(lines, { "", "*" .. turn.notice .. "*" })
    end
  end
  if dialogue.state == "thinking" then
    vim.list_extend(lines, { "", THINKING })
  elseif dialogue.state == "open" then
    vim.list_extend(lines, { "", ROOM, "" })
  end
  return lines
end

---Shows the conversation as it is now.
---@param dialogue table what the server sent
---@param client integer
function M.show(dialogue, client)
  local buffer = open[dialogue.id]
  if not buffer or not vim.api.nvim_buf_is_valid(buffer) then
    buffer = create(dialogue, client)
  end
  -- An answer that is being written is kept: the server sends a dialogue only after a turn, but turns cross.
  local number, before = room_of(buffer)
  local draft = number and vim.bo[buffer].modified and vim.list_slice(before, number + 1) or {}
  local lines = text_of(dialogue)
  if dialogue.state == "open" and vim.trim(table.concat(draft, "\n")) ~= "" then
    vim.list_extend(lines, draft)
  end
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modified = false
  vim.bo[buffer].modifiable = dialogue.state == "open"
  local shown = vim.fn.bufwinid(buffer)
  if shown == -1 then
    local typing = vim.api.nvim_get_mode().mode:find("^[iR]")
    shown = vim.api.nvim_open_win(buffer, not typing, { split = "below", height = HEIGHT, win = 0 })
    vim.wo[shown].wrap, vim.wo[shown].linebreak = true, true
    vim.wo[shown].number, vim.wo[shown].conceallevel = false, 2
  end
  vim.api.nvim_win_set_cursor(shown, { #lines, 0 })
end

return M
