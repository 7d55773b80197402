-- The commands of a buffer that Meno is attached to, one for each thing that can be asked of the server.

local actions = require("meno.actions")

local M = {}

local NOTHING = "Meno has no finding on this line. ]d goes to the next one."
local LAST = "That was the last hint for this line, as far as your settings allow."

local function has_command(name)
  return function(action)
    return type(action.command) == "table" and action.command.command == name
  end
end

local function does(what)
  return function(action)
    return type(action.data) == "table" and action.data.does == what
  end
end

-- The question has no command before it is chosen; the change and the reasons say what they do.
local function is_question(action)
  local lazy = type(action.data) == "table" and action.data.fingerprint and not action.data.does
  return lazy or has_command("meno.ask")(action)
end

local function is_change(action)
  return does("change")(action) or vim.startswith(action.title, "Change it")
end

local function line_of(command)
  return command.line1 - 1
end

local function execute(name, arguments)
  return function(buffer, command)
    local client = actions.client(buffer)
    if client then
      local values = arguments and arguments(buffer, command) or { vim.uri_from_bufnr(buffer) }
      client:exec_cmd({ title = name, command = name, arguments = values }, { bufnr = buffer }, actions.answered)
    end
  end
end

local function act(wanted, otherwise)
  return function(buffer, command)
    actions.at(buffer, line_of(command), wanted, otherwise or NOTHING)
  end
end

local function show_answer(name, title, write)
  return function(buffer)
    local client = actions.client(buffer)
    if not client then
      return
    end
    client:exec_cmd({ title = title, command = name }, { bufnr = buffer }, function(problem, answer)
      if problem then
        actions.answered(problem)
      else
        require("meno.window").show(title, table.concat(write(answer), "\n"), true)
      end
    end)
  end
end

local function as_text(value)
  return type(value) == "string" and value or vim.json.encode(value)
end

local function settings_page(answer)
  local lines = {}
  for _, name in ipairs(vim.fn.sort(vim.tbl_keys(answer))) do
    lines[#lines + 1] = ("- `%s` = %s (%s)"):format(name, as_text(answer[name].value), answer[name].origin)
  end
  return lines
end

local function debug_page(answer)
  local lines = {}
  for _, name in ipairs(vim.fn.sort(vim.tbl_keys(answer))) do
    lines[#lines + 1] = ("- %s: %s"):format(name, as_text(answer[name]))
  end
  return lines
end

-- Long work stands under a progress of ours; stopping that stops whatever it is.
local function stop(buffer, command)
  local client = actions.client(buffer)
  if not client then
    return
  end
  local tokens = vim.tbl_keys(client.progress.pending)
  for _, token in ipairs(tokens) do
    client:notify("window/workDoneProgress/cancel", { token = token })
  end
  if #tokens == 0 then
    execute("meno.stopRun")(buffer, command)
  end
end

local function restart(buffer)
  local client = actions.client(buffer)
  if not client then
    return
  end
  local config, attached = client.config, vim.tbl_keys(client.attached_buffers)
  client:stop()
  local function start_again(tries)
    if not client:is_stopped() and tries > 0 then
      vim.defer_fn(function()
        start_again(tries - 1)
      end, 100)
      return
    end
    for _, each in ipairs(attached) do
      if vim.api.nvim_buf_is_loaded(each) then
        vim.lsp.start(config, { bufnr = each })
      end
    end
  end
  start_again(50)
end

local function report_text(_, command)
  if command.range > 0 then
    return { table.concat(vim.api.nvim_buf_get_lines(0, command.line1 - 1, command.line2, false), "\n") }
  end
  return { vim.fn.getreg("+") }
end

local function no_arguments()
  return {}
end

---@type table<string, { [1]: string, [2]: fun(buffer: integer, command: table) }>
M.all = {
  MenoNextHint = { "Climb one rung of the hint ladder", act(has_command("meno.nextHint"), LAST) },
  MenoAsk = { "Be asked a question about the finding on this line", act(is_question) },
  MenoWhy = { "Show which words the model reacts to", act(does("why"), "The model has marked nothing on this line.") },
  MenoChange = {
    "Make the smallest repair; only with maxHintLevel 5",
    act(is_change, "There is no change to make on this line, or your settings keep it back (maxHintLevel 5)."),
  },
  MenoFineHere = {
    "Mark the finding on this line as meant",
    act(function(action)
      return vim.startswith(action.title, "This is fine here")
    end),
  },
  MenoShowAll = { "Show the findings that are held back", execute("meno.showAll") },
  MenoRunTests = { "Run the tests of this program and hint", execute("meno.runTests") },
  MenoExplainFailure = { "Explain why this program fails", execute("meno.explainFailure") },
  MenoSmallestChange = { "Find out whether a small change is enough", execute("meno.smallestChange") },
  MenoStopRun = { "Stop what Meno is working on", stop },
  MenoForgetRun = { "Take the marks of the last run away", execute("meno.forgetRun") },
  MenoExplainReport = {
    "Explain a traceback: the range, or the clipboard",
    execute("meno.explainReport", report_text),
  },
  MenoWhereToLook = { "Rank the likeliest lines", execute("meno.whereToLook") },
  MenoWhereFrom = {
    "Say what the style of this code resembles",
    execute("meno.whereFrom", function(buffer, command)
      return { vim.uri_from_bufnr(buffer), line_of(command) }
    end),
  },
  MenoForgetConsent = {
    "Ask again before code is sent to a tutor",
    execute("meno.forgetConsent", no_arguments),
  },
  MenoSettings = {
    "Show the settings and where each came from",
    show_answer("meno.effectiveSettings", "Settings", settings_page),
  },
  MenoDebug = {
    "Show what a report of a fault should hold",
    show_answer("meno.debugInformation", "About this server", debug_page),
  },
  MenoRestart = { "Start the server anew", restart },
  MenoRestartModel = { "Start the bug model anew", execute("meno.restartModel", no_arguments) },
  MenoLog = {
    "Open the log of language servers",
    function()
      vim.cmd.tabedit(vim.fn.fnameescape(vim.lsp.log.get_filename()))
    end,
  },
}

---Adds the commands to a buffer.
---@param buffer integer
function M.add(buffer)
  for name, command in pairs(M.all) do
    vim.api.nvim_buf_create_user_command(buffer, name, function(given)
      command[2](buffer, given)
    end, { desc = command[1], range = true })
  end
end

---Takes them away again.
---@param buffer integer
function M.remove(buffer)
  for name in pairs(M.all) do
    pcall(vim.api.nvim_buf_del_user_command, buffer, name)
  end
end

---The next hint for a line, wherever the cursor is.
---@param buffer integer
---@param line integer 0-based
function M.next_hint(buffer, line)
  actions.at(buffer, line, has_command("meno.nextHint"), LAST)
end

return M
