-- Keys of the HTTP API. Only a salted hash of each is kept. Rows are never deleted: studies name the key that made them,
-- and once there was a key, every caller needs one.
create table api_keys (
    id           text collate "C" not null primary key,
    name         text   not null,
    role         text   not null,
    salt         bytea  not null,
    hash         bytea  not null,
    created_at   bigint not null,
    created_by   text   not null,
    expires_at   bigint,
    revoked_at   bigint,
    revoked_by   text,
    last_used_at bigint
);
