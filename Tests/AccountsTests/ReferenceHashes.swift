/// From the reference implementation's own tests (P-H-C/phc-winner-argon2, src/test.c): "password", salt "somesalt".
let referenceHash =
    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"

/// The same password under the least that argon2 allows, where a test signs in often.
let cheapHash = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$8Tf44YakA6Z5zNBgblq13Nr+Q8FkCFWsjG4z6b1j7rM"
