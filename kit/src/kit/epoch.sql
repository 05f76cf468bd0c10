-- The lives of a log.  A restored store gives positions out again, so a restore ends with: call log.begin_epoch().
-- ending: where each former life stopped in this store.  What it had said beyond is lost, and the next life says other things there.
create table log.ending (epoch uuid, partition smallint, position bigint not null, primary key (epoch, partition));
create or replace procedure log.begin_epoch() language sql as $$
  lock table log.entry in share mode;  -- nobody appends between the two
  insert into log.ending select epoch, partition, position from log.identity, log.head;
  update log.identity set former = former || epoch, epoch = gen_random_uuid();
$$;
