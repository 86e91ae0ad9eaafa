-- Which dead letters, under a name that people give.
create table saved_filters (
    name           text    not null primary key,
    cause_group    text,
    code           text,
    source_id      text,
    received_from  integer,
    received_until integer,
    saved_at       integer not null,
    saved_by       text    not null
) strict, without rowid;
