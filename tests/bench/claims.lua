-- wrk script: durable claims. Every request is a new claim with its own Idempotency-Key; the subjects rotate.
-- Environment: BENCH_TOKEN, BENCH_VILLAGE, BENCH_SUBJECTS (ids separated by commas), BENCH_ITEM, BENCH_DATE, BENCH_RUN.
local token, village, item, date = os.getenv("BENCH_TOKEN"), os.getenv("BENCH_VILLAGE"), os.getenv("BENCH_ITEM"), os.getenv("BENCH_DATE")
local run = os.getenv("BENCH_RUN")
local subjects = {}
for id in string.gmatch(os.getenv("BENCH_SUBJECTS"), "%d+") do subjects[#subjects + 1] = id end
local threads, n, other = {}, 0, 0
function setup(thread)
    thread:set("me", #threads)
    table.insert(threads, thread)
end
function request()
    n = n + 1
    local key = string.format('"bench-%s-%d-%d"', run, me, n)
    local body = string.format('{"subject_kind":"household","subject":%s,"item":"%s","deed_on":"%s","place":"%s-%d-%d","cause":"清扫村道","channel":"oral"}',
        subjects[n % #subjects + 1], item, date, run, me, n)
    return wrk.format("POST", "/api/v1/villages/" .. village .. "/claims",
        { ["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json", ["Idempotency-Key"] = key }, body)
end
function response(status, headers, body)
    if status ~= 201 then
        other = other + 1
        if other == 1 then io.stderr:write("claims: " .. status .. " " .. body .. "\n") end
    end
end
