-- :checkhealth meno: what is missing, and the next step for each thing that is.

local M = {}

-- Servers for Python that report some of the same mistakes.
local OTHERS = {
  pyright = true,
  basedpyright = true,
  ruff = true,
  pylsp = true,
  jedi_language_server = true,
  ty = true,
  pyrefly = true,
  zuban = true,
}

local function check_version()
  if vim.fn.has("nvim-0.11") == 1 then
    vim.health.ok("Neovim " .. tostring(vim.version()))
  else
    vim.health.error("Neovim is older than 0.11", { "Install Neovim 0.11 or newer: vim.lsp.config came with it." })
  end
end

local function check_command(cmd)
  if type(cmd) ~= "table" then
    vim.health.info("The server is started by a function of yours.")
    return
  end
  local program = vim.fn.exepath(cmd[1])
  if program == "" then
    vim.health.error(("`%s` is not on PATH"):format(cmd[1]), {
      "Install it: pip install . in Meno's folder, in an environment whose programs are on PATH.",
      'Or name it in full: vim.lsp.config("meno", { cmd = { "/path/to/meno", "lsp" } })',
    })
    return
  end
  -- The same program, asked for its version in place of `lsp`.
  local ask = vim.list_slice(cmd, 1, math.max(1, #cmd - 1))
  local started, result = pcall(function()
    return vim.system(vim.list_extend(ask, { "--version" }), { text = true, timeout = 10000 }):wait()
  end)
  if started and result.code == 0 then
    vim.health.ok(("%s (%s)"):format(vim.trim(result.stdout), program))
  else
    vim.health.warn(("%s did not tell its version"):format(program), { "Run `meno doctor` in a terminal." })
  end
end

local function check_client(client)
  local channel = client.server_capabilities.diagnosticProvider and "pull" or "push"
  local buffers = vim.tbl_count(client.attached_buffers)
  vim.health.ok(("attached to %d buffer(s), root %s"):format(buffers, client.root_dir or "none"))
  vim.health.info("positions are counted in " .. client.offset_encoding)
  vim.health.info("findings come by " .. channel)
  local experimental = client.capabilities.experimental
  local own = type(experimental) == "table" and experimental.meno
  vim.health.info("hints open in " .. (own and "a window of this plugin" or "documents"))
end

local function check_others(client)
  local told = {}
  for buffer in pairs(client.attached_buffers) do
    for _, other in ipairs(vim.lsp.get_clients({ bufnr = buffer })) do
      if OTHERS[other.name] and not told[other.name] then
        told[other.name] = true
        vim.health.warn(("%s is attached to the same buffer: some mistakes may be shown twice"):format(other.name), {
          "Let one of the two report them. The page on Neovim in Meno's documentation has a recipe for each:",
          ":help meno-beside",
        })
      end
      if other.offset_encoding ~= client.offset_encoding then
        vim.health.info(("%s counts positions in %s; Neovim 0.11 and newer keep them apart"):format(
          other.name,
          other.offset_encoding
        ))
      end
    end
  end
  if vim.tbl_isempty(told) then
    vim.health.ok("no other server that reports the same mistakes")
  end
end

function M.check()
  vim.health.start("meno")
  check_version()
  if vim.fn.has("nvim-0.11") == 0 then
    return
  end
  local config = vim.lsp.config.meno
  if not config then
    vim.health.error("lsp/meno.lua is not on the runtime path", { "Install the whole folder editors/neovim." })
    return
  end
  check_command(config.cmd)
  if vim.fn.has("nvim-0.12") == 1 and not vim.lsp.is_enabled("meno") then
    vim.health.warn("the server is not enabled", { 'Add vim.lsp.enable("meno") to init.lua.' })
  end
  local clients = vim.lsp.get_clients({ name = "meno" })
  if #clients == 0 then
    vim.health.warn("no client is attached", {
      'Add vim.lsp.enable("meno") to init.lua, open a Python file, and look again.',
      "If it starts and ends at once, :checkhealth vim.lsp names the log.",
    })
  end
  for _, client in ipairs(clients) do
    check_client(client)
    check_others(client)
  end
end

return M
