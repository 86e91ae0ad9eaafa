-- What people look for by outcome: the usual outcomes have no row here.
create index messages_by_outcome on messages (outcome, received_at, key) where outcome in ('rejected', 'parked', 'superseded');
