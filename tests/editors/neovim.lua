-- Drives a real Neovim with the plugin that is shipped, and writes what a person would see as JSON.
-- Called by test_neovim.py with the variables MENO_COMMAND, MENO_PLUGIN, MENO_FILE and MENO_SEEN.

local patience = 30000
local seen = {}

local function wait_for(what, condition)
  if not vim.wait(patience, condition, 20) then
    error("nothing came of: " .. what)
  end
end

local function codes()
  return vim.tbl_map(function(diagnostic)
    return diagnostic.code
  end, vim.diagnostic.get(0))
end

local function has(code)
  return vim.tbl_contains(codes(), code)
end

local function type_keys(keys)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(keys, true, false, true), "xt", false)
end

local function set_text(text)
  vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.split(text, "\n"))
end

local function text_of(buffer)
  return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), "\n")
end

-- The floating window that is open, or nothing.
local function float()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= "" then
      return window
    end
  end
end

local function read_float(what, pattern)
  wait_for(what, function()
    local window = float()
    return window and text_of(vim.api.nvim_win_get_buf(window)):find(pattern)
  end)
  local window = float()
  local title = vim.api.nvim_win_get_config(window).title[1][1]
  return vim.trim(title), text_of(vim.api.nvim_win_get_buf(window))
end

local prompts = {}
local chosen
vim.ui.select = function(items, options, choose)
  local titles = vim.tbl_map(function(item)
    return item.title or item
  end, items)
  table.insert(prompts, { prompt = options.prompt, titles = titles })
  for number, title in ipairs(titles) do
    if title == chosen then
      return choose(items[number], number)
    end
  end
  choose(nil)
end

local client

local function set_settings(settings)
  client.settings = vim.tbl_deep_extend("force", client.settings, { meno = settings })
  client:notify("workspace/didChangeConfiguration", { settings = client.settings })
end

local steps = {}

function steps.start()
  vim.opt.runtimepath:prepend(vim.env.MENO_PLUGIN)
  vim.cmd.runtime("plugin/meno.lua")
  vim.lsp.config("meno", { cmd = vim.json.decode(vim.env.MENO_COMMAND) })
  require("meno").setup({ show = "virtual_lines" })
  vim.cmd.edit(vim.env.MENO_FILE)
  vim.bo.filetype = "python"
  wait_for("the server", function()
    client = vim.lsp.get_clients({ name = "meno", bufnr = 0 })[1]
    return client and client.initialized
  end)
  seen.version = tostring(vim.version())
  seen.encoding = client.offset_encoding
end

function steps.a_mistake_is_typed()
  type_keys("iprint(nope)<Esc>")
  wait_for("the finding", function()
    return has("ME101")
  end)
  local finding = vim.diagnostic.get(0)[1]
  seen.message, seen.column = finding.message, finding.col
  local drawn = vim.diagnostic.config(nil, finding.namespace)
  seen.drawn = { lines = drawn.virtual_lines, text = drawn.virtual_text }
  vim.api.nvim_win_set_cursor(0, { 1, 7 })
  local position = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local reply = client:request_sync("textDocument/hover", position, patience, 0)
  seen.hover = reply and reply.result and reply.result.contents.value
end

function steps.the_ladder_is_climbed()
  vim.cmd.MenoNextHint()
  local title, first = read_float("the next hint", "%a")
  type_keys("n")
  wait_for("the hint after it", function()
    local window = float()
    return window and text_of(vim.api.nvim_win_get_buf(window)) ~= first
  end)
  local _, second = read_float("the hint after it", "%a")
  local buffer = vim.api.nvim_win_get_buf(float())
  seen.ladder = { title = title, first = first, second = second, syntax = vim.bo[buffer].syntax }
  type_keys("q")
  seen.ladder.closed = float() == nil
end

function steps.a_question_is_answered()
  vim.cmd.MenoAsk()
  local buffer
  wait_for("the question", function()
    for _, each in ipairs(vim.api.nvim_list_bufs()) do
      if vim.startswith(vim.api.nvim_buf_get_name(each), "meno://") then
        buffer = each
      end
    end
    return buffer and text_of(buffer):find("%?")
  end)
  seen.question = text_of(buffer)
  local function questions()
    return select(2, text_of(buffer):gsub("%?", ""))
  end
  local before = questions()
  vim.api.nvim_buf_set_lines(buffer, -2, -1, false, { "It is never given a value." })
  vim.cmd.write()
  wait_for("the next question", function()
    return questions() > before and vim.bo[buffer].modifiable
  end)
  seen.dialogue = text_of(buffer)
  chosen = "Enough for now"
  type_keys("<CR>")
  wait_for("the end of it", function()
    return not vim.api.nvim_buf_is_valid(buffer)
  end)
  seen.ways_on = prompts[#prompts].titles
end

function steps.a_setting_is_changed()
  set_settings({ disabledRules = { "ME101" } })
  wait_for("the finding to go", function()
    return not has("ME101")
  end)
  set_settings({ disabledRules = {} })
  wait_for("the finding to come back", function()
    return has("ME101")
  end)
end

function steps.the_change_is_made_and_undone()
  set_settings({ maxHintLevel = 5 })
  set_text("total = 0\nfor price in [1, 2]:\n    total =+ price\nprint('😀', total)")
  wait_for("the finding", function()
    return has("ME211")
  end)
  vim.api.nvim_win_set_cursor(0, { 3, 0 })
  vim.cmd("let &undolevels = &undolevels") -- a script has no pause between two changes
  vim.cmd.MenoChange()
  wait_for("the change", function()
    return text_of(0):find("total += price", 1, true)
  end)
  wait_for("the finding to go", function()
    return not has("ME211")
  end)
  type_keys("u")
  wait_for("the finding to come back", function()
    return has("ME211")
  end)
  seen.undone = text_of(0)
end

function steps.the_model_speaks_on_save()
  set_text("def longest(words):\n    best = ''\n    for word in words:\n        if word.length() > len(best):\n"
    .. "            best = word\n    return best\n")
  vim.cmd.write()
  wait_for("the model", function()
    return has("model/AttributeError")
  end)
  seen.model_line = vim.diagnostic.get(0)[1].lnum
end

function steps.the_tests_are_run()
  set_text(text_of(0) .. '\nassert longest(["a", "bcd"]) == "bcd"')
  local lenses
  wait_for("the lens", function()
    local document = vim.lsp.util.make_text_document_params(0)
    local reply = client:request_sync("textDocument/codeLens", { textDocument = document }, patience, 0)
    lenses = reply and reply.result
    return lenses and #lenses > 0
  end)
  seen.lens = lenses[1].command.title
  chosen = "Run it"
  vim.cmd.MenoRunTests()
  wait_for("the run", function()
    return has("run/AttributeError")
  end)
  seen.asked = prompts[#prompts].titles
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    if diagnostic.code == "run/AttributeError" then
      seen.run = { line = diagnostic.lnum, source = diagnostic.source }
    end
  end
end

function steps.a_run_is_stopped()
  set_text("def turn(n):\n    while True:\n        n = n + 1\n    return n\n\nassert turn(1) == 2")
  vim.cmd.MenoRunTests()
  wait_for("its progress", function()
    return not vim.tbl_isempty(client.progress.pending)
  end)
  seen.working_on = vim.tbl_values(client.progress.pending)[1]
  vim.cmd.MenoStopRun()
  wait_for("its end", function()
    return vim.tbl_isempty(client.progress.pending)
  end)
end

function steps.settings_and_health_are_shown()
  if float() then
    vim.api.nvim_win_close(float(), true)
  end
  vim.cmd.MenoSettings()
  local _, settings = read_float("the settings", "maxHintLevel")
  seen.settings = settings:match("[^\n]*maxHintLevel[^\n]*")
  type_keys("q")
  vim.cmd("checkhealth meno")
  seen.health = text_of(0)
end

function steps.help_is_found()
  vim.cmd.helptags(vim.env.MENO_PLUGIN .. "/doc")
  seen.help = vim.fn.getcompletion("meno-be", "help")
end

function steps.a_traceback_is_explained_and_the_server_starts_anew()
  vim.cmd.tabonly()
  vim.cmd.edit(vim.env.MENO_FILE)
  set_text("Traceback (most recent call last):\n  File \"" .. vim.env.MENO_FILE .. "\", line 1, in <module>\n"
    .. "    print(nope)\nNameError: name 'nope' is not defined")
  vim.cmd("1,4MenoExplainReport")
  _, seen.report = read_float("the explanation", "nope")
  type_keys("q")
  local before = client.id
  vim.cmd.MenoRestart()
  wait_for("the new server", function()
    local now = vim.lsp.get_clients({ name = "meno", bufnr = 0 })[1]
    return now and now.id ~= before and now.initialized
  end)
  seen.commands_after = vim.fn.exists(":MenoNextHint")
end

local order = {
  "start",
  "a_mistake_is_typed",
  "the_ladder_is_climbed",
  "a_question_is_answered",
  "a_setting_is_changed",
  "the_change_is_made_and_undone",
  "the_model_speaks_on_save",
  "the_tests_are_run",
  "a_run_is_stopped",
  "settings_and_health_are_shown",
  "a_traceback_is_explained_and_the_server_starts_anew",
  "help_is_found",
}
for _, name in ipairs(order) do
  local fine, problem = pcall(steps[name])
  if not fine then
    seen.problem = name .. ": " .. tostring(problem)
    seen.messages = vim.fn.execute("messages")
    break
  end
end
vim.fn.writefile({ vim.json.encode(seen) }, vim.env.MENO_SEEN)
vim.cmd("qall!")
