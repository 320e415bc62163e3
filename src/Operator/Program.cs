using Rerank.Operator.Generate;

return args is ["generate", "--crds", var crds, "--rbac", var rbac] ? GenerateCommand.Run(crds, rbac) : 1;
