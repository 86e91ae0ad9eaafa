-- What is not published yet: one row for each batch of events that follow each other, instead of one for each event.
create table outbox_unpublished (
    first_position bigint not null primary key,
    last_position  bigint not null,
    created_at     bigint not null
);

insert into outbox_unpublished (first_position, last_position, created_at)
select position, position, created_at from outbox_pending;

drop table outbox_pending;

-- A small table that rows come to and go from all the time.
alter table outbox_unpublished set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
