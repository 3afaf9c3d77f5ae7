-- One rating for each engagement of a list, every one with its own key.
local threads = 0

function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
end

function init(args)
  lines, k = {}, 0
  for line in io.lines(args[1]) do
    lines[#lines + 1] = line
  end
  offset = tonumber(args[2])
end

function request()
  k = k + 1
  local engagement = lines[(offset + k - 1) % #lines + 1]
  local body = string.format('{"engagement":"%s","marks":{"overall":%d,"supply":4,"skill":3,"stay":4,"help":"unknown"}}',
    engagement, k % 5 + 1)
  return wrk.format("POST", "/api/v1/ratings",
    { ["Content-Type"] = "application/json", ["Idempotency-Key"] = engagement }, body)
end

function response(status)
  if status ~= 201 then
    bad = (bad or 0) + 1
  end
end

function done(summary, latency)
  io.write(string.format("p50 %.2f ms, p99 %.2f ms, not 2xx: %d\n",
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, summary.errors.status))
end
