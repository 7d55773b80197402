-- A Neovim whose server was started by somebody else and listens on a port: what it shows, with the key or without.
local seen = {}
local function finish()
  vim.fn.writefile({ vim.json.encode(seen) }, vim.env.MENO_SEEN)
  vim.cmd("qall!")
end

vim.cmd.edit(vim.env.MENO_FILE)
vim.lsp.start({
  name = "meno",
  cmd = vim.lsp.rpc.connect("127.0.0.1", tonumber(vim.env.MENO_PORT)),
  init_options = { meno = { key = vim.env.MENO_GIVEN_KEY } },
  root_dir = vim.fs.dirname(vim.env.MENO_FILE),
  on_error = function(_, problem) seen.problem = tostring(problem) end,
})
seen.codes = {}
vim.wait(tonumber(vim.env.MENO_PATIENCE), function()
  for _, item in ipairs(vim.diagnostic.get(0)) do
    table.insert(seen.codes, item.code)
  end
  return #seen.codes > 0
end, 50)
finish()
