-- Which dead letters, under a name that people give.
create table saved_filters (
    name           text collate "C" not null primary key,
    cause_group    text,
    code           text,
    source_id      text,
    received_from  bigint,
    received_until bigint,
    saved_at       bigint  not null,
    saved_by       text    not null
);
