-- What the transcoder does not do for REST: only documented query parameters
-- reach a message, a body that nobody reads is ignored, and errors carry the
-- old API's "detail". The route's metadata describes the operation.

local LEAKED = { "grpc-status", "grpc-message", "grpc-encoding", "grpc-accept-encoding", "grpc-status-details-bin" }
-- What a REST client must not say to the service behind the transcoder: a
-- malformed one of these is answered as a fault of the server.
local FOREIGN = { "grpc-timeout", "grpc-encoding", "grpc-accept-encoding", "grpc-message-type" }
-- Truth values of the old API that the transcoder refuses.
local TRUTH = { on = "true", off = "false" }

-- HTTP allows more in a header's name than gRPC does, and a service answers
-- a name that it cannot read as a fault of its own.
local function remove_unreadable(headers)
  local names = {}
  for name in pairs(headers) do
    if name:find("[^0-9a-z_.:-]") then
      names[#names + 1] = name
    end
  end
  for _, name in ipairs(names) do
    headers:remove(name)
  end
end

local function unescape(text)
  return (text:gsub("%+", " "):gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

-- The transcoder would set any field of the message by its name, path
-- parameters and the body's fields included.
local function documented(query, types)
  local last = {} -- of a name given twice, the old API read the last
  for pair in query:gmatch("[^&]+") do
    local name, value = pair:match("^([^=]*)=(.*)$")
    name, value = unescape(name or pair), value or ""
    local type = types[name]
    if type then
      if type == "bool" then
        value = TRUTH[value:lower()] or value
      end
      last[name] = name .. "=" .. value
    end
  end
  local kept = {}
  for _, pair in pairs(last) do
    kept[#kept + 1] = pair
  end
  return table.concat(kept, "&")
end

function envoy_on_request(handle)
  local operation = handle:metadata()
  local headers = handle:headers()
  local path = headers:get(":path")
  local mark = path:find("?", 1, true)
  if mark then
    local query = documented(path:sub(mark + 1), operation:get("query") or {})
    headers:replace(":path", path:sub(1, mark - 1) .. (query == "" and "" or "?" .. query))
  end
  -- A REST path is REST, whatever is claimed: with this type it would pass
  -- the transcoder as it is.
  if (headers:get("content-type") or ""):lower():find("application/grpc", 1, true) then
    headers:replace("content-type", "application/octet-stream")
  end
  for _, name in ipairs(FOREIGN) do
    headers:remove(name)
  end
  remove_unreadable(headers)
  if operation:get("ignore_body") then
    local body = handle:body()
    if body and body:length() > 0 then
      body:setBytes("")
    end
  end
end

-- The JSON string that begins at `start`, quotes and escapes included.
local function string_literal(text, start)
  local at = start + 1
  while true do
    at = text:find('["\\]', at)
    if not at then
      return nil
    elseif text:byte(at) == 34 then
      return text:sub(start, at)
    end
    at = at + 2
  end
end

function envoy_on_response(handle)
  local headers = handle:headers()
  local wanted = headers:get("x-camplane-http-status")
  if wanted then
    headers:replace(":status", wanted)
    headers:remove("x-camplane-http-status")
  end
  for _, name in ipairs(LEAKED) do
    headers:remove(name)
  end
  if tonumber(headers:get(":status")) < 400 then
    return
  end
  local body = handle:body()
  local text = body and body:getBytes(0, body:length()) or ""
  local _, before = text:find('^{"code":%d+,"message":')
  local message = before and string_literal(text, before + 1)
  if message then
    body:setBytes('{"detail":' .. message .. "," .. text:sub(2))
  end
end
