# 对话进程和训练程序（同一个镜像，命令不同）。在仓库根目录：docker build -f deploy/docker/worker.Dockerfile -t gjj-worker .
# 除基础镜像外只用包仓库，中文管道在构建时生成；内网构建时的参数与网关相同。
FROM python:3.10-slim-bookworm AS build
ARG UV_DEFAULT_INDEX=https://pypi.org/simple
ARG PIP_INDEX_URL=https://pypi.org/simple
RUN pip install --no-cache-dir --index-url "$PIP_INDEX_URL" uv
COPY bot/worker/requirements.txt /build/requirements.txt
RUN uv venv --python /usr/local/bin/python3 /opt/venv \
 && UV_DEFAULT_INDEX="$UV_DEFAULT_INDEX" uv pip sync --no-cache --require-hashes --python /opt/venv/bin/python /build/requirements.txt
WORKDIR /opt/gjj
COPY config.yml domain.yml endpoints.yml credentials.yml ./
COPY bot ./bot
COPY actions ./actions
COPY data ./data
ENV PYTHONPATH=/opt/gjj PYTHONUTF8=1
RUN /opt/venv/bin/python -m bot.nlu.spacy_zh.build --out /build/spacy \
 && uv pip install --no-cache --no-deps --python /opt/venv/bin/python /build/spacy/zh_gjj-*.whl

FROM python:3.10-slim-bookworm
RUN groupadd --gid 10001 gjj && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin gjj \
 && mkdir -p /var/lib/gjj && chown gjj:gjj /var/lib/gjj
COPY --from=build /opt/venv /opt/venv
WORKDIR /opt/gjj
COPY config.yml domain.yml endpoints.yml credentials.yml ./
COPY bot ./bot
COPY actions ./actions
# 训练后的检验要用的问句和对话。
COPY tests/questions ./tests/questions
COPY tests/scenarios ./tests/scenarios
COPY --chown=10001:10001 data ./data
ENV PYTHONPATH=/opt/gjj PYTHONUTF8=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONHASHSEED=0 PYTHONWARNINGS=ignore \
    OMP_NUM_THREADS=1 RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3 MPLCONFIGDIR=/tmp GJJ_VAR=/var/lib/gjj
USER 10001:10001
VOLUME /var/lib/gjj
EXPOSE 8090 8091
HEALTHCHECK --interval=10s --timeout=3s --start-period=120s \
  CMD ["/opt/venv/bin/python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8091/healthz', timeout=2)"]
CMD ["/opt/venv/bin/python", "-m", "bot.worker", "--listen", "0.0.0.0:8090"]
