//! How many signatures a second does each signer make, and each verifier check? And what does a wrapped key cost?
//!
//! Messages have 512 bytes; the message's hash is part of each figure. One thread.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use signing::{Algorithm, PrivateKey, PublicKey};

fn signatures(criterion: &mut Criterion) {
    let message = [0x5A; 512];
    let mut group = criterion.benchmark_group("sign");
    group.throughput(Throughput::Elements(1));
    for algorithm in Algorithm::ALL {
        let key = key(algorithm);
        let mut signers = vec![key.signer(), key.fixture_signer(), key.bench_signer()];
        signers.dedup_by_key(|signer| signer.name());
        for signer in signers {
            let name = signer.name();
            group.bench_function(name, |bencher| {
                bencher.iter(|| signer.sign_digest(&key.public_key().digest(black_box(&message))));
            });
        }
    }
}

fn verifications(criterion: &mut Criterion) {
    use ::sm2::dsa::signature::hazmat::PrehashVerifier;

    let message = [0x5A; 512];
    let mut group = criterion.benchmark_group("verify");
    group.throughput(Throughput::Elements(1));
    for algorithm in Algorithm::ALL {
        let key = key(algorithm);
        let public = key.public_key().clone().with_table();
        let signature = key.signer().sign_digest(&public.digest(&message)).expect("a key that was just made signs");
        let name = match algorithm {
            Algorithm::Sm2 => "sm2 table (G w8, key w5)",
            Algorithm::Rsa2048 => "aws-lc-rs rsa2048",
            Algorithm::P256 => "aws-lc-rs p256",
        };
        group.bench_function(name, |bencher| {
            bencher.iter(|| public.verify(black_box(&message), &signature).expect("the signature is good"));
        });
    }

    let key = key(Algorithm::Sm2);
    let public = key.public_key();
    let digest = public.digest(&message);
    let signature = key.signer().sign_digest(&digest).expect("a key that was just made signs");
    let spki = public.to_spki_der();
    group.bench_function("sm2 key read from its SPKI and used once (G w8, wNAF)", |bencher| {
        bencher.iter(|| PublicKey::from_spki_der(&spki).and_then(|key| key.verify(black_box(&message), &signature)));
    });
    let point = public.point().expect("an SM2 key has a point");
    let peer =
        ::sm2::dsa::VerifyingKey::from_sec1_bytes("1234567812345678", &point).expect("the point is on the curve");
    let peer_signature = ::sm2::dsa::Signature::from_der(&signature).expect("our DER is good");
    group.bench_function("sm2 crate", |bencher| {
        bencher.iter(|| peer.verify_prehash(&public.digest(black_box(&message)), &peer_signature));
    });
}

fn wrapping(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("wrap");
    group.throughput(Throughput::Elements(1));
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    for algorithm in [Algorithm::Sm2, Algorithm::Rsa2048] {
        let key = key(algorithm);
        let fresh = PublicKey::from_spki_der(&key.public_key().to_spki_der()).expect("our SPKI is good");
        group
            .bench_function(format!("{algorithm} wrap"), |bencher| bencher.iter(|| fresh.wrap_key(&[7; 16], &mut rng)));
        if algorithm == Algorithm::Sm2 {
            let public = fresh.clone().with_table();
            group.bench_function("sm2 wrap, tables", |bencher| bencher.iter(|| public.wrap_key(&[7; 16], &mut rng)));
        }
        let wrapped = fresh.wrap_key(&[7; 16], &mut rng).expect("16 bytes fit");
        group.bench_function(format!("{algorithm} unwrap"), |bencher| {
            bencher.iter(|| key.unwrap_key(black_box(&wrapped)))
        });
        if algorithm == Algorithm::Sm2 {
            group.bench_function("sm2 unwrap, fixtures", |bencher| {
                bencher.iter(|| key.fixture_unwrap_key(black_box(&wrapped)))
            });
        }
    }
}

fn tables(criterion: &mut Criterion) {
    let spki = key(Algorithm::Sm2).public_key().to_spki_der();
    criterion.bench_function("sm2 key read and its table built", |bencher| {
        bencher.iter(|| PublicKey::from_spki_der(black_box(&spki)).map(PublicKey::with_table));
    });
}

fn key(algorithm: Algorithm) -> PrivateKey {
    PrivateKey::generate(algorithm, &mut ChaCha20Rng::seed_from_u64(7)).expect("the generator never fails")
}

criterion_group!(benches, signatures, verifications, wrapping, tables);
criterion_main!(benches);
