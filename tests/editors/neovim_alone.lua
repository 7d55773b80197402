-- Drives a real Neovim that has only lsp/meno.lua: the question is a document, its choices are a selection.
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

-- Some packages of Neovim come without parsers, and then Markdown cannot be opened by anybody.
vim.treesitter.start = function() end

local function run()
  vim.opt.runtimepath:prepend(vim.env.MENO_PLUGIN)
  vim.lsp.config("meno", {
    cmd = vim.json.decode(vim.env.MENO_COMMAND),
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

  type_keys("iprint(nope)<Esc>")
  wait_for("the finding", function()
    return has("ME101")
  end)
  vim.api.nvim_win_set_cursor(0, { 1, 7 })

  -- The message with choices is dismissed: this learner answers in the document.
  vim.ui.select = function(items, options, choose)
    seen.choices = vim.tbl_map(function(item)
      return item.title or item
    end, items)
    seen.prompt = options.prompt
    choose(nil)
  end
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
end

local fine, problem = pcall(run)
seen.problem = not fine and tostring(problem) or nil
vim.fn.writefile({ vim.json.encode(seen) }, vim.env.MENO_SEEN)
vim.cmd("qall!")
