FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source

COPY . .
RUN eng/publish.sh /program

# The worker brings its runtime.
FROM mcr.microsoft.com/dotnet/runtime-deps:10.0
WORKDIR /app
COPY --from=build /program ./

# The only folder the worker writes to, owned by the account it runs as.
RUN mkdir -p /var/lib/integration-worker && chown app:app /var/lib/integration-worker
VOLUME /var/lib/integration-worker
ENV Store__Path=/var/lib/integration-worker/worker.db \
    Protection__KeyFile=/var/lib/integration-worker/keys.json \
    Http__Urls=http://0.0.0.0:8080 \
    MASSTRANSIT_USAGE_TELEMETRY=false \
    DOTNET_GCgen0size=3000000
USER app
EXPOSE 8080

# The image has no HTTP client; the shell can speak as much HTTP as this needs.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /health/ready HTTP/1.0\\r\\n\\r\\n' >&3 && read -r answer <&3 && [[ $answer == *' 200 '* ]]"]
ENTRYPOINT ["./integration-worker"]
CMD ["run"]
