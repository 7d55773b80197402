-- The plugin's options, what it tells the server that it can do, and what happens when Meno joins a buffer.
-- Calling setup is optional: it changes options and enables the server.

local M = {}

---@class meno.Options
---@field show? "virtual_text"|"virtual_lines"|"underline" how Meno's findings, and only those, are drawn
---@field hints? "window"|"document" where a hint that you ask for opens

---@type meno.Options
M.options = { show = nil, hints = "window" }

local DRAWN = {
  virtual_text = { virtual_text = true, virtual_lines = false, underline = true },
  virtual_lines = { virtual_text = false, virtual_lines = true, underline = true },
  underline = { virtual_text = false, virtual_lines = false, underline = true },
}

---Changes options and enables the server.
---@param options? meno.Options
function M.setup(options)
  options = options or {}
  vim.validate("show", options.show, function(value)
    return value == nil or DRAWN[value] ~= nil
  end, "virtual_text, virtual_lines or underline")
  vim.validate("hints", options.hints, function(value)
    return value == nil or value == "window" or value == "document"
  end, "window or document")
  M.options = vim.tbl_extend("force", M.options, options)
  vim.lsp.enable("meno")
end

---What lsp/meno.lua adds to the client: windows of our own for hints and dialogues, unless documents are wanted.
function M.client()
  if M.options.hints == "document" then
    return {}
  end
  return {
    capabilities = { experimental = { meno = { showHint = true, dialogue = true } } },
    handlers = {
      ["meno/showHint"] = function(_, hint)
        require("meno.window").show(hint.title, hint.markdown)
      end,
      ["meno/dialogue"] = function(_, dialogue, context)
        require("meno.dialogue").show(dialogue, context.client_id)
      end,
    },
  }
end

-- A namespace has a name that depends on Neovim's version and on the channel; ours is in all of them.
local function draw()
  local wanted = DRAWN[M.options.show]
  for number, namespace in pairs(vim.diagnostic.get_namespaces()) do
    if namespace.name:find("lsp.meno.", 1, true) and not vim.deep_equal(namespace.user_data.meno, wanted) then
      namespace.user_data.meno = wanted
      vim.diagnostic.config(wanted, number)
    end
  end
end

---Called when the server has joined a buffer.
---@param buffer integer
function M.attached(buffer)
  require("meno.commands").add(buffer)
  if M.options.show then
    vim.api.nvim_create_autocmd("DiagnosticChanged", {
      group = vim.api.nvim_create_augroup("meno.draw." .. buffer, { clear = true }),
      buffer = buffer,
      desc = "Draw Meno's findings as the option `show` says",
      callback = draw,
    })
  end
end

return M
