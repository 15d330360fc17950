# SPDX-License-Identifier: EUPL-1.2
# Redis 7.0 as Debian 12 ships and mends it, which is the one that the tests run on, with our configuration. From the top of the repository:
#
#     docker build --file docker/redis.Dockerfile --tag bollplank-redis docker
FROM debian:12-slim
LABEL org.opencontainers.image.title="Redis for Bollplank" org.opencontainers.image.licenses="BSD-3-Clause AND EUPL-1.2"
RUN apt-get update \
	&& DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends redis-server \
	&& rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log /var/cache/debconf/*-old /etc/redis /var/lib/redis \
	&& install -d -m 0700 -o 10002 -g 10001 /var/lib/redis \
	&& install -d -m 0750 -o 10002 -g 10001 /run/bollplank-redis
COPY redis.conf /etc/bollplank/redis.conf
COPY operator /usr/local/bin/operator
USER 10002:10001
VOLUME /var/lib/redis
STOPSIGNAL SIGTERM
# The user "health" may only PING; while Redis still reads its file the answer is LOADING.
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 \
	CMD ["sh", "-c", "redis-cli -s /run/bollplank-redis/redis.sock --user health --pass - --no-auth-warning ping | grep -qx PONG"]
CMD ["redis-server", "/etc/bollplank/redis.conf", "--dir", "/var/lib/redis"]
