# Stage 1 installs everything into a virtual environment and trains the first release.
FROM python:3.12-slim AS build
WORKDIR /app
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.lock pyproject.toml README.md LICENSE ./
COPY model model
COPY training training
COPY service service
COPY datasets datasets
RUN python -m venv /venv \
 && /venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements.lock \
 && /venv/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation -e .
RUN BREAKWATER_HOME=/app/seed /venv/bin/breakwater train

# Stage 2 holds what runs, as a user without rights.
FROM python:3.12-slim
RUN useradd --create-home --uid 10001 breakwater && install -d -o breakwater /data
COPY --from=build /venv /venv
COPY --from=build --chown=breakwater /app /app
USER breakwater
WORKDIR /app
ENV PATH=/venv/bin:$PATH BREAKWATER_HOME=/data BREAKWATER_HOST=0.0.0.0
EXPOSE 8000
VOLUME /data
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["sh", "-c", "test -e /data/releases/current || cp -R /app/seed/releases /data/; exec breakwater serve"]
