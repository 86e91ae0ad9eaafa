-- Where a source has onRejected: hold, later messages of a study wait behind one that was rejected: one row for each source and study.
-- No dead letter: it is over, and what waits is to be let go.
create table holds (
    id                 text    not null primary key,
    source_id          text    not null,
    study_instance_uid text    not null,
    dead_letter_id     text,
    since              integer not null
) strict, without rowid;

create index holds_by_letter on holds (dead_letter_id, since);

-- Units that wait behind a rejected message, in their order; the payload is encrypted.
create table held_units (
    hold_id     text    not null,
    place       integer not null,
    unit_key    text    not null,
    message_key text    not null,
    received_at integer not null,
    held_at     integer not null,
    payload     blob    not null,
    primary key (hold_id, place)
) strict;

create index held_units_by_message on held_units (message_key);
create index held_units_by_time on held_units (held_at);
