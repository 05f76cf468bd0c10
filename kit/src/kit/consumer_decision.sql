-- How many events wait behind the one that blocks: counted by the consumer as they pass.
alter table consumer.set_aside add column waiting int not null default 0;
-- What was decided, about which event, and why it blocked; why: what the author says, of a skip always.
alter table consumer.decision
  add column type   text not null default '',
  add column reason text not null default '',
  add column why    text;
create index on consumer.decision (at);
create function consumer.forbid() returns trigger language plpgsql as $$
begin raise exception 'consumer.decision: what was decided stays' using errcode = 'restrict_violation'; end $$;
create trigger forbid before update or delete or truncate on consumer.decision
  for each statement execute function consumer.forbid();
