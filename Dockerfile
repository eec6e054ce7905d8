# syntax=docker/dockerfile:1

FROM rust:1.95-slim-bookworm AS build
# libpq, SQLite and OpenSSL are compiled in: they take a C compiler, make and perl.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends build-essential perl \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --locked --release && install -s target/release/adda /adda

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --user-group --no-create-home adda \
    && install --directory --owner=adda --group=adda /data
COPY --from=build /adda /usr/local/bin/adda
USER adda
ENV ADDA_BIND=0.0.0.0:8080 ADDA_DATA=/data
VOLUME /data
EXPOSE 8080
# adda finishes what it is saving and says goodbye; it takes 15 s at most.
STOPSIGNAL SIGTERM
ENTRYPOINT ["adda"]
