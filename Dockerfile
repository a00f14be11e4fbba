# Builds the book and serves it on port 8000:
#   docker build -t secretome . && docker run --rm -p 8000:8000 secretome
FROM python:3.11-slim AS build
WORKDIR /book
# Installed first, so that a change of a page does not install everything again.
COPY requirements.txt .
RUN python -m venv .venv && .venv/bin/python -m pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN .venv/bin/python -m pip install --no-cache-dir --no-deps --editable . && .venv/bin/python book/build.py

# The site needs neither the package nor the libraries that built it.
FROM python:3.11-slim
COPY --from=build /book/_build/html /site
USER nobody
EXPOSE 8000
CMD ["python", "-m", "http.server", "8000", "--directory", "/site"]
