-- Opens a program in a Neovim with Meno and another server, once as both are and once with the recipe of the page.
-- Called by test_beside.py with MENO_COMMAND, MENO_PLUGIN, MENO_PEER, MENO_PEER_COMMAND, MENO_RECIPE, MENO_FILE, MENO_SEEN.

local patience = 30000
local peer = vim.env.MENO_PEER
local recipe = vim.env.MENO_RECIPE or ""
local seen = {}

local function wait_for(what, condition)
  if not vim.wait(patience, condition, 20) then
    error("nothing came of: " .. what)
  end
end

local function findings()
  return vim.tbl_map(function(diagnostic)
    return { line = diagnostic.lnum, source = diagnostic.source or peer, code = diagnostic.code }
  end, vim.diagnostic.get(0))
end

local function from(name)
  return vim.tbl_filter(function(finding)
    return (finding.source == "Meno") == (name == "meno")
  end, findings())
end

local function run()
  vim.opt.runtimepath:prepend(vim.env.MENO_PLUGIN)
  vim.cmd.runtime("plugin/meno.lua")
  vim.lsp.config("meno", { cmd = vim.json.decode(vim.env.MENO_COMMAND) })
  vim.lsp.config(peer, {
    cmd = vim.json.decode(vim.env.MENO_PEER_COMMAND),
    filetypes = { "python" },
    root_markers = { "pyproject.toml" },
  })
  if recipe ~= "" then
    vim.cmd.luafile(recipe)
  end
  vim.lsp.enable({ "meno", peer })
  vim.cmd.edit(vim.env.MENO_FILE)
  vim.bo.filetype = "python"
  wait_for("both servers", function()
    return #vim.lsp.get_clients({ bufnr = 0 }) == 2
  end)
  wait_for("what Meno finds", function()
    return #from("meno") > 0
  end)
  if recipe == "" then
    wait_for("what the other finds", function()
      return #from(peer) > 0
    end)
  else
    -- It says nothing, so it is asked something else: by its answer it has read the program.
    local client = vim.lsp.get_clients({ name = peer })[1]
    wait_for("its start", function()
      return client.initialized
    end)
    for _ = 1, 3 do
      client:request_sync("textDocument/diagnostic", {
        textDocument = vim.lsp.util.make_text_document_params(0),
      }, patience, 0)
    end
    vim.wait(tonumber(vim.env.MENO_SILENCE), function()
      return #from(peer) > 0
    end, 20)
  end
  seen.findings = findings()
  if recipe == "" then
    vim.cmd("checkhealth meno")
    seen.health = table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), "\n")
  end
end

local fine, problem = pcall(run)
seen.problem = not fine and tostring(problem) or nil
vim.fn.writefile({ vim.json.encode(seen) }, vim.env.MENO_SEEN)
vim.cmd("qall!")
