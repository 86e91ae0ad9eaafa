-- What is not published yet: one row for each batch of events that follow each other, instead of one for each event.
create table outbox_unpublished (
    first_position integer not null primary key,
    last_position  integer not null,
    created_at     integer not null
) strict;

insert into outbox_unpublished (first_position, last_position, created_at)
select position, position, created_at from outbox_pending;

drop table outbox_pending;
