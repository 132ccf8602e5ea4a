-- One request a line of the file named in BENCH_REQUESTS: method, path, a header's name and value, body, separated by tabs.
-- Threads take turns at the lines, so that each line is sent once.
local threads = {}
function setup(thread)
  thread:set("mine", #threads)
  table.insert(threads, thread)
end
function init(args)
  local total = tonumber(args[1])
  requests, next_one = {}, 0
  local n = 0
  for line in io.lines(args[2]) do
    if n % total == mine then
      local method, path, name, value, body = line:match("^([^\t]+)\t([^\t]+)\t([^\t]*)\t([^\t]*)\t(.*)$")
      local headers = {}
      if name ~= "" then headers[name] = value end
      if body ~= "" then headers["Content-Type"] = "application/json" end
      table.insert(requests, wrk.format(method, path, headers, body ~= "" and body or nil))
    end
    n = n + 1
  end
end
function request()
  next_one = next_one + 1
  if next_one > #requests then
    next_one = 1
    wrk.thread:stop()
  end
  return requests[next_one]
end
function done(summary, latency, _)
  io.write(string.format(
    'BENCH {"requests": %d, "us": %d, "p50_us": %d, "p99_us": %d, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
