-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What wrk sends: callbacks as Delivery sends them, about claims drawn at random from the file CLAIMS (one id a line),
-- with times of the last hour. With PAUSE_MS each connection waits so long between two.
-- Says in one line of numbers at the end how it went.

local DISTINCT = 8192

local requests = {}
local n = 0

local function read_claims()
	local claims = {}

	for line in io.lines(os.getenv("CLAIMS")) do
		claims[#claims + 1] = line
	end
	return claims
end

function init(args)
	local claims = read_claims()
	local now = os.time()

	math.randomseed(7)
	for i = 1, DISTINCT do
		local at = os.date("!%Y-%m-%dT%H:%M:%S", now - math.random(3600))
		local query = string.format("?updated_ts=%s.%06d%%2B00:00&claim_id=%s", at, math.random(999999), claims[math.random(#claims)])

		requests[i] = wrk.format("POST", wrk.path .. query)
	end
end

function request()
	n = n % DISTINCT + 1
	return requests[n]
end

if os.getenv("PAUSE_MS") then
	function delay()
		return tonumber(os.getenv("PAUSE_MS"))
	end
end

function done(summary, latency, each)
	local errors = summary.errors

	print(string.format("RESULT %d %d %d %d %.0f %.0f", summary.requests, errors.status,
		errors.connect + errors.read + errors.write + errors.timeout, summary.duration, latency:percentile(50),
		latency:percentile(99)))
end
