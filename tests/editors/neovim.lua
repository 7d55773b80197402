-- Drives a real Neovim with the configuration that is shipped, and prints what a person would see as JSON.
-- Called by test_neovim.py with the variables MENO_PYTHON, MENO_CONFIG and MENO_FILE in the environment.

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

-- Some packages of Neovim come without parsers, and then Markdown cannot be opened by anybody.
vim.treesitter.start = function() end

local function run()
  vim.opt.runtimepath:prepend(vim.env.MENO_CONFIG)
  vim.lsp.config("meno", {
    cmd = { vim.env.MENO_PYTHON, "-P", "-m", "meno_server", "lsp" },
    settings = { meno = { run = { trustedFolders = { vim.fs.dirname(vim.env.MENO_FILE) } } } },
  })
  vim.lsp.enable("meno")
  vim.cmd.edit(vim.env.MENO_FILE)
  vim.bo.filetype = "python"
  wait_for("the server", function()
    return #vim.lsp.get_clients({ name = "meno", bufnr = 0 }) > 0
  end)
  local client = vim.lsp.get_clients({ name = "meno" })[1]
  wait_for("its start", function()
    return client.initialized
  end)
  seen.encoding = client.offset_encoding

  type_keys("iprint(nope)<Esc>")
  wait_for("the finding", function()
    return has("ME101")
  end)
  seen.message = vim.diagnostic.get(0)[1].message
  seen.column = vim.diagnostic.get(0)[1].col

  vim.api.nvim_win_set_cursor(0, { 1, 7 })
  local position = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local reply = client:request_sync("textDocument/hover", position, patience, 0)
  seen.hover = reply and reply.result and reply.result.contents.value

  -- The message with choices is dismissed: this learner answers in the document.
  vim.ui.select = function(items, options, choose)
    seen.choices = vim.tbl_map(function(item)
      return item.title or item
    end, items)
    seen.prompt = options.prompt
    choose(nil)
  end
  local lesson = vim.api.nvim_get_current_buf()
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      return action.title:find("Ask me a question", 1, true) ~= nil
    end,
  })
  local function document(number)
    local shown
    wait_for("turn " .. number, function()
      for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
        local name = "misspelled%-name " .. number .. "%.md$"
        if vim.api.nvim_buf_get_name(buffer):find(name) and vim.api.nvim_buf_is_loaded(buffer) then
          shown = buffer
        end
      end
      return shown ~= nil
    end)
    return shown
  end
  local first = document(1)
  seen.question = table.concat(vim.api.nvim_buf_get_lines(first, 0, -1, false), "\n")
  vim.api.nvim_set_current_win(vim.fn.win_findbuf(first)[1])
  vim.api.nvim_buf_set_lines(first, -1, -1, false, { "", "It is never given a value." })
  vim.cmd.write()
  seen.dialogue = table.concat(vim.api.nvim_buf_get_lines(document(3), 0, -1, false), "\n")
  vim.api.nvim_set_current_win(vim.fn.win_findbuf(lesson)[1])

  type_keys("ggdG")
  wait_for("the finding to go", function()
    return not has("ME101")
  end)
  local program = {
    "def longest(words):",
    '    best = ""',
    "    for word in words:",
    "        if word.length() > len(best):",
    "            best = word",
    "    return best",
  }
  vim.api.nvim_buf_set_lines(0, 0, -1, false, program)
  vim.cmd.write()
  wait_for("the model", function()
    return has("model/AttributeError")
  end)
  seen.model_line = vim.diagnostic.get(0)[1].lnum

  table.insert(program, 'assert longest(["a", "bcd"]) == "bcd"')
  vim.api.nvim_buf_set_lines(0, 0, -1, false, program)
  vim.lsp.buf.code_action({
    apply = true,
    filter = function(action)
      return action.title == "Run my tests and hint"
    end,
  })
  wait_for("the run", function()
    return has("run/AttributeError")
  end)
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    if diagnostic.code == "run/AttributeError" then
      seen.run = { line = diagnostic.lnum, source = diagnostic.source, message = diagnostic.message }
    end
  end
end

local fine, problem = pcall(run)
seen.problem = not fine and tostring(problem) or nil
seen.codes = codes()
vim.fn.writefile({ vim.json.encode(seen) }, vim.env.MENO_SEEN)
vim.cmd("qall!")
