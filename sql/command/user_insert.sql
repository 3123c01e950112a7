-- user add, after user_check: $1 username · $2 name · $3 phone · $4 a region whose office he belongs to · $5 leader
insert into account (id, username, name, phone, office_id, leader, etag)
select gen_random_uuid(),
       $1,
       $2,
       nullif($3, ''),
       office_in($4::int8),
       $5::boolean,
       fresh_etag();
