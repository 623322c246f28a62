# The single dyno: web, worker and, without DATABASE_URL, an embedded Postgres whose data is in /data.
FROM python:3.12-slim AS build
WORKDIR /app
COPY requirements.txt requirements-build.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check uv \
 && uv venv /venv \
 && uv pip install --python /venv/bin/python --compile-bytecode -r requirements.txt \
 && uv venv /build \
 && uv pip install --python /build/bin/python -r requirements-build.txt
ENV PATH=/build/bin:$PATH
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc frontend/
RUN cd frontend && npm ci --no-audit --no-fund --loglevel=error
COPY frontend frontend
RUN cd frontend && npm run --silent build

FROM python:3.12-slim
# Not root: Postgres refuses to run as root, and nothing here needs it.
RUN useradd --create-home --uid 1000 collabcanvas && mkdir /data && chown collabcanvas /data
WORKDIR /app
COPY --from=build /venv /venv
COPY backend backend
COPY migrations migrations
COPY start.py worker.py ./
COPY --from=build /app/frontend/dist frontend/dist
RUN /venv/bin/python -m compileall -q backend start.py worker.py
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 HOST=0.0.0.0 PORT=8000 DATA_DIR=/data
USER collabcanvas
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/health\", timeout=4)"]
CMD ["python", "start.py"]
