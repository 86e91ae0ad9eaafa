-- A study may fail while the platform accepts others: how often and how long it did, so that a restart does not begin anew. Conflicts (409, 412)
-- are counted apart. alone and alone_for count failures between which another study was accepted; times are microseconds of the database's clock.
alter table target_leases add column conflicts integer not null default 0;
alter table target_leases add column alone integer not null default 0;
alter table target_leases add column alone_for integer not null default 0;
alter table target_leases add column failed_at integer;

-- When the platform last accepted a change, by any worker. One row.
create table target_acceptance (
    id          integer not null primary key check (id = 1),
    accepted_at integer not null
) strict;
