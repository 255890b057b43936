# 网关。在仓库根目录：docker build -f deploy/docker/gateway.Dockerfile -t gjj-gateway .
# 除基础镜像外只用包仓库；内网构建时：--build-arg UV_DEFAULT_INDEX=https://内网的索引/simple --build-arg PIP_INDEX_URL=同一个
FROM python:3.12-slim-bookworm AS build
ARG UV_DEFAULT_INDEX=https://pypi.org/simple
ARG PIP_INDEX_URL=https://pypi.org/simple
RUN pip install --no-cache-dir --index-url "$PIP_INDEX_URL" uv
COPY bot/gateway/requirements.txt /build/requirements.txt
RUN uv venv --python /usr/local/bin/python3 /opt/venv \
 && UV_DEFAULT_INDEX="$UV_DEFAULT_INDEX" uv pip sync --no-cache --require-hashes --python /opt/venv/bin/python /build/requirements.txt

FROM python:3.12-slim-bookworm
RUN groupadd --gid 10001 gjj && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin gjj \
 && mkdir -p /var/lib/gjj && chown gjj:gjj /var/lib/gjj
COPY --from=build /opt/venv /opt/venv
WORKDIR /opt/gjj
COPY config.yml domain.yml endpoints.yml credentials.yml ./
COPY bot ./bot
COPY actions ./actions
COPY --chown=10001:10001 data ./data
ENV PYTHONPATH=/opt/gjj PYTHONUTF8=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 GJJ_VAR=/var/lib/gjj GJJ_HOST=0.0.0.0
USER 10001:10001
VOLUME /var/lib/gjj
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["/opt/venv/bin/python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
CMD ["/opt/venv/bin/python", "-m", "bot.gateway"]
