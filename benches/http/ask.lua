-- Distinct questions: every park under every preset, each time without another college.
local presets = { "new_park", "established_park", "industry_college" }
local threads = 0

function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
end

function init(args)
  k = id * 10000000
  parks, colleges = tonumber(args[1]), tonumber(args[2])
end

function request()
  k = k + 1
  local round = math.floor(k / parks)
  return wrk.format("GET", string.format("/api/v1/parks/P%04d/shortlist?top=10&preset=%s&exclude=C%04d",
    k % parks + 1, presets[round % 3 + 1], math.floor(round / 3) % colleges + 1))
end
