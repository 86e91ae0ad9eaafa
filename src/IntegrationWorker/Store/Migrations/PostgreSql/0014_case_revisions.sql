-- Edits of dead letters. The message as it came stays with the dead letter; the body here is encrypted as well.
create table dead_letter_revisions (
    dead_letter_id text collate "C" not null,
    revision       bigint  not null,
    at             bigint  not null,
    editor         text    not null,
    why            text    not null,
    body           bytea   not null,
    approved_at    bigint,
    approved_by    text,
    primary key (dead_letter_id, revision)
);

-- The latest edit while nobody has approved it; 0 when there is none.
alter table dead_letters add column draft bigint not null default 0;
