-- The keys of chats, as citewire/storage/keys.py makes them: a script finds most of them by what it
-- reads. `prefix` was made there, and a test compares the two.
local prefix = ARGV[1]
local ending, clock = prefix .. 'chats:ending', prefix .. 'chats:clock'
local function base_of(chat) return prefix .. 'chat:' .. chat end
local function trash_of(chat) return prefix .. 'trash:' .. chat end
local function chats_of(owner) return prefix .. 'chats:of:' .. owner end
local function record_of(run) return prefix .. 'run-record:' .. run end
-- These have a chat's base, or where it lies in the trash.
local function head_of(base) return base .. ':head' end
local function tree_of(base) return base .. ':tree' end
local function records_of(base) return base .. ':records' end
local function message_of(base, message) return base .. ':message:' .. message end
