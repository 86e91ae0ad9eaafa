-- What people look for by source and by outcome, in the order of time. Most messages are applied, and the latest of them are found by their receipt:
-- they have no row in the index of the outcomes.
create index messages_by_source on messages (source_id, outcome, received_at);

drop index messages_by_outcome;
create index messages_by_outcome on messages (outcome, received_at) where outcome <> 'applied';

create index dead_letters_by_code_and_source on dead_letters (code, source_id, received_at, id);
