-- callgrind.sql - what sqlite does for callgrind.t: parsing, queries, indexes,
-- triggers, full text search, an error. The same on each run.
create table t(a integer primary key, b int, c text);
with recursive n(i) as (values(1) union all select i+1 from n where i<5000)
insert into t select i, (i*7919)%503, printf('row %05d', i) from n;
create index tb on t(b);
create table log(x, y);
create trigger tr after update on t begin insert into log values(old.b, new.b); end;
update t set b = b + 1 where a % 7 = 0;
select count(*), sum(x), sum(y) from log;
select c from t order by b desc limit 5;
select b % 10 k, count(*), group_concat(substr(c, 5)) from t where a < 60 group by k having count(*) > 2 order by k;
select x.a, y.a from t x join t y on x.b = y.a and y.b < 40 order by 1 limit 10;
create virtual table f using fts5(body);
insert into f select c || ' ' || (a % 13) from t;
select count(*) from f where f match '7 OR 00011';
create virtual table r using rtree(id, x0, x1);
insert into r select a, a, a + b from t;
select count(*) from r where x0 > 50 and x1 < 300;
select json_extract('{"a":[1,2,{"b":3}]}', '$.a[2].b'), json_group_array(a) from t where a < 5;
select a, sum(b) over (order by a rows 3 preceding) from t where a < 10;
explain query plan select * from t where b = 3;
select nosuch from t;
delete from t where b % 3 = 0;
begin; insert into t(b,c) values(1,2); rollback;
pragma integrity_check;
vacuum;
select * from t where c like '%99' and typeof(a) = 'integer' or c glob '*0042';
select hex(zeroblob(4)), round(3.14159,2), date('2020-01-31','+1 month'), upper('abc'), replace('aXbX','X','yy');
