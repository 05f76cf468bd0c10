-- Where each consumer is in each log, and what it could not apply.
create schema consumer;
create table consumer.cursor (
  consumer  text     not null,
  log       text     not null,
  epoch     uuid     not null,              -- the life of the log: a restored one re-uses positions
  partition smallint not null,
  position  bigint   not null default 0,    -- the last one passed
  primary key (consumer, log, epoch, partition)
);
-- A stream whose event at first_position could not be applied: it and what follows wait here.
-- Whoever writes or removes a mark holds the cursor of its partition.
create table consumer.set_aside (
  consumer       text        not null,
  log            text        not null,
  stream         uuid        not null,
  first_position bigint      not null,
  type           text        not null,      -- of the event at first_position
  reason         text        not null,
  trace          text,
  since          timestamptz not null default now(),
  primary key (consumer, log, stream)
);
-- What was decided about the streams set aside, and by whom.
create table consumer.decision (
  consumer text        not null,
  log      text        not null,
  stream   uuid        not null,
  position bigint      not null,
  decision text        not null check (decision in ('release', 'skip')),
  author   text        not null,
  at       timestamptz not null default now()
);
