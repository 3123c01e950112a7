-- Login, first step: what signing in under this name needs. Anyone; an unknown name gives a row of nothing, as a known one gives its hash.
select a.user_id,
       a.password_hash,
       a.wait_ms
from account_to_sign_in(:username) a;
