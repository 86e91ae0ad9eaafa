-- Keys of the HTTP API. Only a salted hash of each is kept. Rows are never deleted: studies name the key that made them,
-- and once there was a key, every caller needs one.
create table api_keys (
    id           text    not null primary key,
    name         text    not null,
    role         text    not null,
    salt         blob    not null,
    hash         blob    not null,
    created_at   integer not null,
    created_by   text    not null,
    expires_at   integer,
    revoked_at   integer,
    revoked_by   text,
    last_used_at integer
) strict, without rowid;
