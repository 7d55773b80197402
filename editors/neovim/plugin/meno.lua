-- Gives buffers that Meno is attached to their commands. Nothing is loaded until then.
if vim.g.loaded_meno == 1 or vim.fn.has("nvim-0.11") == 0 then
  return
end
vim.g.loaded_meno = 1

local group = vim.api.nvim_create_augroup("meno", { clear = true })
vim.api.nvim_create_autocmd("LspAttach", {
  group = group,
  desc = "Meno's commands in the buffers that it is attached to",
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and client.name == "meno" then
      require("meno").attached(event.buf)
    end
  end,
})
vim.api.nvim_create_autocmd("LspDetach", {
  group = group,
  desc = "Meno's commands go with it",
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and client.name == "meno" then
      require("meno.commands").remove(event.buf)
    end
  end,
})
