-- Code actions of Meno alone, chosen by what they do: asked of our own server, so that nobody else's are in the way.

local M = {}

local NOT_HERE = "Meno is not attached to this buffer; :checkhealth meno says what is missing."

---The client that serves a buffer; tells the person if there is none.
---@param buffer integer
---@return vim.lsp.Client?
function M.client(buffer)
  local client = vim.lsp.get_clients({ name = "meno", bufnr = buffer })[1]
  if not client then
    M.tell(NOT_HERE)
  end
  return client
end

function M.tell(text)
  vim.notify(text, vim.log.levels.INFO, { title = "Meno" })
end

local function run(client, buffer, action)
  if action.edit then
    vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
  end
  if action.command then
    local command = type(action.command) == "table" and action.command or action
    client:exec_cmd(command, { bufnr = buffer }, M.answered)
  end
end

---Says what went wrong, if anything did.
function M.answered(problem)
  if problem then
    M.tell(problem.message or tostring(problem))
  end
end

local function choose(client, buffer, action)
  if not action then
    return
  end
  if action.edit or action.command then
    run(client, buffer, action)
    return
  end
  client:request("codeAction/resolve", action, function(problem, resolved)
    if problem then
      M.answered(problem)
    else
      run(client, buffer, resolved)
    end
  end, buffer)
end

---Runs the action that `wanted` accepts for a line; asks which, if there are several.
---@param buffer integer
---@param line integer 0-based
---@param wanted fun(action: table): boolean
---@param otherwise string what is said if there is none
function M.at(buffer, line, wanted, otherwise)
  local client = M.client(buffer)
  if not client then
    return
  end
  local text = vim.api.nvim_buf_get_lines(buffer, line, line + 1, false)[1] or ""
  local last = vim.str_utfindex(text, client.offset_encoding, #text, false)
  local params = {
    textDocument = vim.lsp.util.make_text_document_params(buffer),
    range = { start = { line = line, character = 0 }, ["end"] = { line = line, character = last } },
    context = { diagnostics = {} },
  }
  client:request("textDocument/codeAction", params, function(problem, actions)
    if problem then
      M.answered(problem)
      return
    end
    local found = vim.tbl_filter(wanted, actions or {})
    if #found == 0 then
      M.tell(otherwise)
    elseif #found == 1 then
      choose(client, buffer, found[1])
    else
      vim.ui.select(found, {
        prompt = "There are several findings here:",
        kind = "meno",
        format_item = function(action)
          return action.title
        end,
      }, function(action)
        choose(client, buffer, action)
      end)
    end
  end, buffer)
end

return M
