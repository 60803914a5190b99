-- Sends the requests of a file in turn: METHOD, path, body and a header of its own of each, between tabs.
-- Arguments: the file, how many of them were sent before, and "once" where none may be sent again.
local prepared, sent, once = {}, 0, false
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  for line in io.lines(arguments[1]) do
    local method, path, body, header = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    local headers = {}
    for name, value in pairs(wrk.headers) do headers[name] = value end
    if header ~= "" then
      local name, value = header:match("^([^:]*): (.*)$")
      headers[name] = value
    end
    prepared[#prepared + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
  sent = tonumber(arguments[2])
  once = arguments[3] == "once"
end

function request()
  sent = sent + 1
  position = sent
  if once and sent >= #prepared then
    wrk.thread:stop()
  end
  return prepared[(sent - 1) % #prepared + 1]
end

function done(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  local late = latency:percentile(99)
  io.write(string.format("measured %d %d %d %d %d\n", summary.requests, summary.duration, failed, threads[1]:get("position"), late))
end
