# The inspector for static use: no TensorFlow in it, so nothing of a model is ever run.
#
#     docker build -t savedmodel-inspector .
#     docker run --rm --network none -v "$PWD/my_model:/models/my_model:ro" savedmodel-inspector my_model
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY inspector ./inspector
RUN python -m pip wheel --no-cache-dir --wheel-dir /wheels .

FROM python:3.13-slim
COPY --from=build /wheels /wheels
RUN python -m pip install --no-cache-dir --no-index --find-links /wheels /wheels/savedmodel_inspector-*.whl && rm -r /wheels
USER 65534:65534
WORKDIR /models
ENTRYPOINT ["savedmodel-inspector"]
CMD ["--help"]
