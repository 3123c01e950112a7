-- ChangePassword, first step: the caller's own hash.
select my_password() as "password_hash";
