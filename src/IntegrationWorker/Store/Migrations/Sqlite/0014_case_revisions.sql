-- Edits of dead letters. The message as it came stays with the dead letter; the body here is encrypted as well.
create table dead_letter_revisions (
    dead_letter_id text    not null,
    revision       integer not null,
    at             integer not null,
    editor         text    not null,
    why            text    not null,
    body           blob    not null,
    approved_at    integer,
    approved_by    text,
    primary key (dead_letter_id, revision)
) strict, without rowid;

-- The latest edit while nobody has approved it; 0 when there is none.
alter table dead_letters add column draft integer not null default 0;
