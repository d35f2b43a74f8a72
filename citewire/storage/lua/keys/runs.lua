-- The keys of runs, as citewire/storage/keys.py makes them: a script finds most of them by what it
-- reads. `prefix` was made there, and a test compares the two.
local prefix = ARGV[1]
local workers, lost = prefix .. 'runs:workers', prefix .. 'runs:lost'
local function run_of(id) return prefix .. 'run:' .. id end
local function log_of(id) return prefix .. 'run:' .. id .. ':log' end
local function runs_of(worker) return prefix .. 'runs:of:' .. worker end
local function stops_of(worker) return prefix .. 'runs:stops:' .. worker end
local function chat_of(id) return prefix .. 'runs:of-chat:' .. id end
local function owned_by(owner) return prefix .. 'runs:of-owner:' .. owner end
local function asked_of(name) return prefix .. 'runs:asked:' .. name end
