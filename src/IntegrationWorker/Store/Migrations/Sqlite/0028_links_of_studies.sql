-- The links of a study once more, in its row: loading a study finds them without a further look-up. Null: the table of the links tells.
alter table studies add column links text;
